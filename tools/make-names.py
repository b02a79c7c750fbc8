#!/usr/bin/env python3
"""Makes data/names/names.csv: given and family names by list, with spellings that are met.

From the CC0 lists of popular names by country (first argument: their folder) and our own lists below: common
names are public facts (name customs described in public guides such as the UK guide to names and
naming practices and general encyclopedias); the choice and the spellings here are ours.
In a list, "/" divides spellings of one name, "_" stands for a space; earlier is more frequent.
"""
import csv
import os
import sys
import unicodedata

OWN = {
    # list: kind -> names. Kinds: m f given names, s family names, t tribal or clan endings.
    "GBR": {
        "m": "Jack Daniel Thomas James Joshua Liam Ryan Callum Connor Luke Matthew Adam Lewis Jordan Kyle Nathan Ben/Benjamin Sam/Samuel Joe/Joseph Michael/Mick/Mike Christopher/Chris David/Dave Mark Paul Stephen/Steven/Steve Andrew/Andy Lee Craig Dean Shane Tyler Mason Alfie Harvey Reece/Rhys Jamie Aaron/Arron Jake Kieran Declan Scott Robert/Rob/Bob Anthony/Tony William/Will/Bill Charlie/Charles Dylan Ethan Kai Tyrone Malachi Jermaine Marcus Darren Gary",
        "f": "Chloe Sophie Jessica/Jess Emily Lauren Rebecca/Becky Charlotte Hannah Amy Megan Shannon Katie/Kate/Katherine Bethany/Beth Emma Lucy Georgia Laura Sarah/Sara Rachel Danielle/Dani Courtney Paige Holly Abigail/Abbie Ellie/Eleanor Olivia/Liv Leah Natasha/Tasha Kayleigh/Kaylee Jade Zoe Stacey Kelly Gemma Lisa Nicola/Nicky Michelle Victoria/Vicky Samantha/Sam Stephanie/Steph Kirsty Amber Tia Demi Molly Grace Tiana Shanice Aaliyah Jasmine",
        "s": "Smith Jones Williams Brown Taylor Davies/Davis Wilson Evans Thomas Johnson Roberts Walker Wright Robinson Thompson/Thomson White Hughes Edwards Green Hall Wood Harris Lewis Martin Jackson Clarke/Clark Clark Turner Hill Cooper Morris Ward Moore Allen/Allan King Baker Harrison Morgan Patel James Scott Phillips/Philips Watson Davis Parker Bennett Young Price Griffiths Mitchell Kelly Cook Carter Richardson Bailey Collins Bell Shaw Murphy Miller Cox Khan Richards Marshall Simpson Anderson Ellis Adams Singh Begum Foster Wilkinson Chapman Mason Gray/Grey Campbell Stevenson Reid Stewart/Stuart Murray Fraser Byrne O'Brien O'Connor McDonald/MacDonald Ali Ahmed Hussain Grant Francis Hamilton Graham Owen Lloyd Barnes Knight Palmer Webb Rogers Dixon Hunt Mills Rose Stone Fox Cole Dean Gibson Reynolds Osborne Burton Pearce/Pierce",
    },
    "ALB": {
        "m": "Arben/Arbeni Ardit/Arditi Besnik/Besniku Bledar/Bledari Klajdi/Klaidi Ervin/Ervis Altin/Altini Fatjon/Fation Erjon/Erion Florian/Florjan Gentian/Gentjan Elton/Eltoni Ilir/Iliri Dritan/Dritani Artur/Arturi Endrit/Endriti Eduart/Eduard Xhevahir Kujtim/Kujtimi Agim/Agimi Luan/Luani Mentor Sokol/Sokoli Skender/Skenderi Petrit/Petriti Saimir/Sajmir Redon/Redoni Aleks/Aleksander Enea Klevis/Klevi Mario Denis/Denisi Xhulio/Julio Marsel/Marseli Indrit/Indriti Orgest/Orgesti Renato Shpetim/Shpëtim Valon/Valoni Gezim/Gëzim Albert/Alberti Andi Roland/Rolandi Edmond/Edmondi Kristjan/Kristian Ergys/Ergysi Blerim/Blerimi Fatmir/Fatmiri Ndrek/Ndreka Pjeter/Pjetër Gjergj/Gjergji Mirjan/Mirian Alban/Albani Erald/Eraldi Armando Bruno",
        "f": "Blerta/Blertë Drita/Dritë Mirela/Mirella Elona/Ilona Anila Entela Alma Ermira Valbona/Valbonë Albana Arjeta/Arieta Rozeta Majlinda/Mailinda Eriona/Erjona Denisa Klaudia/Claudia Xhensila/Gensila Suela Ornela/Ornella Anxhela/Angela Sidorela Fjoralba/Fioralba Besa/Besë Vjollca/Violca Lindita Manjola/Maniola Jonida/Ionida Rudina Esmeralda Brikena Kristina Flutura/Fluturë Aferdita/Afërdita Luljeta/Lulieta Elira Marsela Dorina Rovena Teuta/Teutë Gentiana/Gentjana",
        "s": "Hoxha/Hoxhaj Prifti Shehu/Shehi Gjoka/Gjoni Leka/Lleka Hysa/Hysi Marku/Markaj Kola/Kolaj Nikolla/Nikolli Hasani/Hasanaj Luka/Lukaj Brahimi/Ibrahimi Sinani/Sinanaj Halili/Halilaj Abazi/Abazaj Dibra Shkurti Kurti Çela/Cela Meta/Metaj Rama/Ramaj Basha Topalli Mema/Memaj Dervishi Muça/Muca Lleshi/Leshi Doda/Dodaj Gjeci/Gjeçi Ndoja/Ndoi Pepa/Pepaj Kuka Bardhi Xhafa/Xhaferi Tafa/Tafaj Hoti Vata/Vataj Zefi Çupi/Cupi Malaj/Mali Rexha/Rexhepi Selimi/Selimaj Osmani/Osmanaj Mustafa/Mustafaj Veliu/Velaj Koçi/Koci Duka/Dukaj Troka Balla Aliaj/Alia Bregu Gega/Gegaj Toska/Toskaj Shima Kaçi/Kaci Lala/Lalaj Beqiri/Beqiraj Sula/Sulaj Spahiu/Spahia Kraja Hila/Hilaj Preçi/Preci Pjetri Kastrati Gashi Berisha Krasniqi Shala Morina Bytyqi/Bytyçi",
    },
    "ROU": {
        "m": "Andrei Alexandru Ionuț/Ionut/Ionutz Mihai/Mihail Florin Marian/Marius Cristian/Cristi Daniel Gheorghe/George Nicolae/Nicu Constantin/Costel Vasile Adrian Bogdan Ciprian Claudiu Cosmin Cătălin/Catalin Dumitru/Dumitrel Gabriel/Gabi Ilie Ion/Ioan Laurențiu/Laurentiu Liviu Lucian Ovidiu Petru/Petre Radu Răzvan/Razvan Robert Sorin Ștefan/Stefan Valentin/Vali Viorel Costică/Costica",
        "f": "Maria Elena/Ileana Ana/Anna Ioana Andreea/Andrea Mihaela Alexandra/Alexandrina Cristina/Christina Daniela/Dana Gabriela/Gabi Georgiana Florentina/Florina Mariana Nicoleta Simona Alina Denisa Bianca Roxana Loredana Larisa/Larissa Raluca Oana Monica Mirela Lavinia Ramona Adriana Carmen Claudia Ionela Petronela Valentina Veronica Viorica",
        "s": "Popa Popescu/Popesco Ionescu/Ionesco Pop Radu Dumitru/Dimitru Stan Stoica Gheorghe Matei Ciobanu/Ciobanescu Rusu Constantin/Constantinescu Marin/Marinescu Munteanu/Muntean Moldovan/Moldoveanu Olteanu Dobre/Dobrescu Barbu Nistor Florea/Florescu Dinu/Dinescu Preda Georgescu Vasile/Vasilescu Mihai/Mihailescu Lupu/Lupescu Cojocaru/Cojocariu Tudor/Tudorescu Ungureanu/Ungurean Sandu Bucur/Bucurescu Nicolae/Nicolescu Anghel/Anghelescu Cristea Neagu Toma/Tomescu Iordache Lazăr/Lazar Mocanu Păun/Paun Văduva/Vaduva Ardeleanu/Ardelean Craioveanu Lăcătuș/Lacatus Rostaș/Rostas Ciurar Calin/Călinescu Petrescu Dragomir/Dragomirescu",
    },
    "VNM": {
        # family names come from the CC0 list; these are last given names and middle names
        "m": "Anh Tuấn/Tuan Dũng/Dung Hùng/Hung Minh Nam Hải/Hai Long Sơn/Son Thắng/Thang Đức/Duc Hiếu/Hieu Quân/Quan Cường/Cuong Trung Huy Khánh/Khanh Thành/Thanh Phong Toàn/Toan Tùng/Tung Vinh Kiên/Kien Bình/Binh Hoàng/Hoang Quang Thịnh/Thinh Linh Lâm/Lam Nghĩa/Nghia Phúc/Phuc Tài/Tai Tiến/Tien Hậu/Hau Đạt/Dat Việt/Viet",
        "f": "Hương/Huong Lan Hoa Linh Hà/Ha Thảo/Thao Mai Trang Hằng/Hang Ngọc/Ngoc Thu Thủy/Thuy Yến/Yen Nga Phương/Phuong Huyền/Huyen Dung Loan Oanh Hồng/Hong Liên/Lien Nhung Vân/Van Hiền/Hien Hạnh/Hanh Tuyết/Tuyet Quỳnh/Quynh Chi My/Mỹ Duyên/Duyen Ánh/Anh Thơm/Thom",
        "x": "Văn/Van Văn/Van Văn/Van Đình/Dinh Hữu/Huu Xuân/Xuan Minh Quốc/Quoc Công/Cong Đức/Duc Ngọc/Ngoc Quang",
        "y": "Thị/Thi Thị/Thi Thị/Thi Thị/Thi Ngọc/Ngoc Thu Phương/Phuong Kim Bích/Bich Minh Thanh Hồng/Hong",
    },
    "CHN": {
        "m": "Wei Qiang Lei Jun Yang Yong Tao Ming Chao Gang Ping Hui Peng Hua Bin Jian_Guo Zhi_Qiang Xiao_Ming Jian_Jun Guo_Qiang Zhi_Wei Hai_Tao Wen_Bin Zi_Han Yu_Chen Hao_Ran Jia_Hao Yi_Fan Zhen_Hua Xue_Feng Da_Wei Shao_Long Guang_Ming De_Hua Jin_Long",
        "f": "Fang Na Min Jing Yan Juan Li Xia Ying Hong Mei Xiu_Ying Xiao_Mei Li_Na Xiao_Yan Hai_Yan Yu_Lan Gui_Ying Mei_Ling Xue_Mei Yan_Fang Jia_Yi Zi_Xuan Xin_Yi Yu_Ting Si_Qi Ruo_Xi Meng_Yao Xiao_Li Chun_Hua Qiu_Yan",
    },
    "HABESHA": {
        "m": "Abraham/Abreham/Abrahim Tesfay/Tesfaye Yonas/Jonas Filmon/Filimon/Philemon Samuel/Samuiel Daniel/Daniyel Dawit/David/Dawiti Yohannes/Johannes/Yohanes Mehari/Mhari Kidane/Kidan Berhane/Birhane Gebre/Ghebre Tekle/Tecle Haile/Hayle Mulugeta/Mulgeta Mebrahtu/Mebratu Tewelde/Teweldebrhan Goitom/Goytom Amanuel/Emmanuel Robel/Robiel Henok/Henock Natnael/Nathanael Biniam/Binyam Isaac/Yishak Merhawi/Merhawie Temesgen/Temesghen Zerai/Zeray Habtom/Habtome Fitsum/Fisum Kibrom/Kbrom Weldu/Woldu Solomon/Selomon Girmay/Girma Hagos/Hagoss Negash/Negassi Asmerom/Asmeron Semere/Semeere Simon/Simeon Luel/Leul Awet/Awot Efrem/Ephrem Medhanie/Medhane Alem/Aleme Bereket/Berekhet Abel/Abiel Eyob/Iyob Kiflom/Kflom Mussie/Musie Rezene/Rezen Tsegay/Tsegaye Yemane/Yemani Zekarias/Zecharias Ataklti/Atakilti Getachew/Getahun",
        "f": "Selam/Salem Helen/Hellen Rahel/Rachel Feven/Fiven Saba/Sabah Winta/Wintana Luwam/Luam Semhar/Semhare Bisrat/Bsrat Eden/Edden Meron/Merron Hiwet/Hiwot Senait/Senayt Tsion/Zion Almaz/Almas Ruta/Ruth Yordanos/Jordanos Mehret/Mihret Genet/Ghenet Letebrhan/Letebirhan Abrehet/Abrhet Tirhas/Tirhass Azeb/Azieb Danait/Danayt Fiyori/Fiori Natsnet/Netsanet Rigat/Rgat Samrawit/Semrawit Tigist/Tigest Bethlehem/Betelhem Haimanot/Haymanot Mahlet/Mahelet Tsega/Tsegga",
    },
    "SOM": {
        "m": "Mohamed/Maxamed/Mohammed Ahmed/Axmed Abdi/Cabdi Ali/Cali Hassan/Xasan Omar/Cumar Yusuf/Yuusuf Ibrahim/Ibraahim Abdirahman/Cabdiraxmaan/Abdulrahman Abdullahi/Cabdullaahi Ismail/Ismaaciil Osman/Cismaan Farah/Faarax Hussein/Xuseen Said/Siciid Mahad/Mahat Abdirizak/Abdirisaq Jama/Jaamac Warsame Nur/Nuur/Noor Adan/Aadan/Aden Bashir/Bashiir Guled/Guuleed Mukhtar/Mukhtaar Liban/Liibaan Khadar/Khadir Sharif/Shariif Isse/Ciise Dahir/Daahir Elmi/Cilmi Hirsi/Xirsi Roble/Rooble Muse/Muuse Salad/Salaad Ayanle/Ayaanle",
        "f": "Fatima/Faadumo/Fadumo Amina/Aamina Hodan/Hoodan Asha/Caasha/Aisha Maryan/Maryam/Maryama Halima/Xaliimo Sahra/Zahra Khadija/Khadiijo Ayan/Ayaan Ifrah/Ifraax Hibo/Hibaq Nasra/Nasro Sagal/Sagaal Ubah/Ubax Deqa/Deeqa Safia/Safiya Hamdi/Xamdi Naima/Nimco/Nima Zeinab/Saynab Rahma/Raxma Idil/Idiil Ladan/Laadan Shukri Muna/Muno Farhiya/Farxiya",
    },
    "ARAB": {
        "m": "Mohammed/Muhammad/Mohamed/Mohammad/Muhammed/Mohamad Ahmed/Ahmad/Ahmet Ali/Aly Hassan/Hasan/Hassen Hussein/Hussain/Husayn/Hossein Omar/Omer/Umar Mahmoud/Mahmud/Mahmood Ibrahim/Ebrahim/Ibraheem Khalid/Khaled/Khalled Yousef/Youssef/Yusuf/Yousif Mustafa/Mostafa/Moustafa Abdullah/Abdallah/Abdulla Abdulrahman/Abdelrahman/Abdul_Rahman/Abd_Al-Rahman Ismail/Ismael/Esmail Osman/Othman/Uthman Idris/Idriss/Edris Adam/Adem/Aadam Haroun/Harun/Haroon Yahya/Yehia/Yahia Salah/Saleh/Salih Bashir/Basheer/Bachir Jamal/Gamal/Djamal Tariq/Tarek/Tareq Samir/Sameer Walid/Waleed Karim/Kareem Nasser/Nasir/Naser Hamid/Hameed Hamza/Hamzah Bilal/Belal Anas Ayman/Aiman Fadi/Fady Ammar/Amar Hisham/Hesham Zakaria/Zakariya/Zakarya Suleiman/Sulaiman/Soliman Abdelaziz/Abdulaziz/Abdul_Aziz Musa/Mousa/Moussa Issa/Isa/Eissa Muzamil/Muzammil Altayeb/El_Tayeb/Eltayib Mubarak/Mobarak Siddig/Siddiq/Sadiq Elhadi/Alhadi/El_Hadi",
        "f": "Fatima/Fatma/Fatimah/Fatema Aisha/Aysha/Aicha/Ayesha Mariam/Maryam/Meriem Khadija/Khadijah/Khadeeja Amina/Ameena/Aminah Zainab/Zeinab/Zaynab Sara/Sarah Hana/Hanaa/Hanna Layla/Leila/Laila Nour/Noor/Nur Salma/Selma Huda/Hoda Rania/Raniya Samira/Sameera Iman/Eman Nadia/Nadya Asma/Asmaa Hawa/Hawwa Halima/Haleema Rasha Rim/Reem Amal/Aamal Dalia/Dahlia Ikram/Ikraam Naima/Naeema Yasmin/Yasmine/Jasmin Rabia/Rabiya Suad/Souad Nagat/Najat Ihsan/Ehsan",
        "s": "Hassan/Al-Hassan/Alhassan/El_Hassan Ahmed/Al-Ahmad/Alahmad/El_Ahmed Ali/Al-Ali/Alali Khalil/Al-Khalil/Alkhalil/El_Khalil Mahmoud/Al-Mahmoud/Almahmoud Hussein/Al-Hussein/Alhussein Sayed/Al-Sayed/Elsayed/El_Sayed Amin/Al-Amin/Elamin/El_Amin Tayeb/Al-Tayeb/Eltayeb/El_Tayeb Rashid/Al-Rashid/Alrasheed/El_Rashid Masri/Al-Masri/Almasri/El_Masry Najjar/Al-Najjar/Alnajjar Haddad/Al-Haddad/Alhaddad/El_Haddad Khatib/Al-Khatib/Alkhatib/El_Khatib Jabouri/Al-Jabouri/Aljubouri/Al_Jaburi Tikriti/Al-Tikriti Shammari/Al-Shammari/Alshamari Saadi/Al-Saadi/Alsaadi Dulaimi/Al-Dulaimi/Aldulaimy Bakr/Abu_Bakr/Abubakr/Abu_Baker Salem/Al-Salem/Salim Mansour/Al-Mansour/Mansoor Omari/Al-Omari/Alomari Hamdan/Al-Hamdan Harbi/Al-Harbi/Alharbi Saleh/Al-Saleh/Saleh Idrissi/El_Idrissi/Alidrisi Alaoui/El_Alaoui Bennani/Ben_Nani Benali/Ben_Ali Amrani/El_Amrani Darwish/Darwich Nasser/Al-Nasser Qasim/Al-Qasim/Kassem/Qasem Zahra/Al-Zahra/Azzahra Sabah/Al-Sabah Jassim/Al-Jassim/Jasim Abdo/Abdu/Abdou",
    },
    "AFG": {
        "m": "Mohammad/Mohammed/Muhammad Ahmad/Ahmed Abdul Ali Hamid/Hameed Najib/Najeeb Omid/Omeed Farid/Fareed Jawad/Javad Naser/Nasir Zabihullah/Zabiullah Habibullah/Habib_Ullah Rahmatullah/Rahmat_Ullah Asadullah/Asad_Ullah Esmatullah/Ismatullah Najibullah/Najeebullah Hekmatullah/Hikmatullah Aminullah/Amin_Ullah Saifullah/Saif_Ullah Gul Noor/Nur Wali/Walli Mirwais/Mirweis Rohullah/Ruhullah Faisal/Faysal Samiullah/Sami_Ullah Zmarai/Zamaray Hashmat/Hashmatullah Sher Khalid/Khaled Idris/Edris Bilal Shafiq/Shafiqullah Waheed/Wahid Imran/Emran Matiullah/Mati_Ullah Naqib/Naqibullah Inamullah/Enamullah",
        "f": "Fatima/Fatema Zahra/Zohra Maryam/Mariam Shabnam Nargis/Narges Farzana Parwana/Parwaneh Shakila/Shakeela Laila/Leila Freshta/Fereshta Nasrin/Nasreen Marwa/Marva Masooma/Masuma Sediqa/Siddiqa Gulalai Palwasha Wazhma Rabia Razia/Raziya Zarmina",
        "t": "Ahmadzai/Ahmadzay Stanikzai/Stanekzai Noorzai/Nurzai Mohmand/Momand Safi/Sapi Zadran/Jadran Shinwari/Shenwari Popal/Popalzai Amiri/Ameri Rahimi Haidari/Haideri Rezai/Rezaei/Rezaie Hosseini/Hussaini Sultani Karimi Nazari Mohammadi Khan Sahak/Sahaq Wardak Kakar Achakzai/Achekzai Hotak Niazi Qaderi/Qadiri Azizi Yousafzai/Yusufzai",
    },
    "PAK": {
        "m": "Muhammad/Mohammad/Mohammed Ali Ahmed/Ahmad Hassan/Hasan Hussain/Hussein Usman/Osman Bilal Imran/Emran Asif/Aasif Kashif Adnan Faisal/Faysal Waqas/Waqar Zeeshan/Zishan Shahid/Shaheed Naveed/Navid Tariq Nadeem/Nadim Rizwan/Rezwan Sajid/Sajjad Junaid/Junayd Hamza Umar/Omar Yasir/Yaser Abdul Kamran Arslan/Arsalan Irfan/Erfan Shahbaz Tahir",
        "f": "Fatima/Fatimah Ayesha/Aisha/Aysha Zainab/Zaynab Maryam/Mariam Sana Saima/Sayma Nadia Rabia Shazia Samina Farzana Nazia Sadia Amna/Amina Hina Iqra Kiran Rubina/Robina Shabana Parveen/Parvin Nasreen/Nasrin Bushra Tahira Uzma",
        "s": "Khan Ahmed/Ahmad Hussain/Hussein/Husain Ali Malik Iqbal Shah Butt Chaudhry/Choudhry/Chaudhary Mahmood/Mehmood Akhtar Aslam Raza/Reza Sheikh/Shaikh Javed/Javaid Ashraf Anwar Qureshi/Quraishi Siddiqui/Siddiqi Mirza Rehman/Rahman Saeed/Said Nawaz Bashir/Basheer Ghani Younis/Yunus Afridi Baig/Beg Awan Bhatti",
        "y": "Bibi Begum Bano Akhtar Kausar Parveen",
    },
    "BGD": {
        "m": "Mohammed/Md/Md./Mohammad/Muhammad Abdul Ahmed/Ahmad Kamal Rahim/Raheem Karim/Kareem Jamal Hasan/Hassan Rafiq/Rafique Shahin/Shaheen Sohel/Suhel Rubel Ripon Masud/Masood Faruk/Farooq Habib/Habibur Mizan/Mizanur Saiful/Syful Jahangir Shamim/Shameem Nazrul Aminul Rashed/Rashid Belal/Bilal Mamun/Mamoon Tareq/Tarek Imran Liton Babul",
        "f": "Fatema/Fatima Ayesha/Aysha Rahima Salma Nasima/Nasema Shirin/Shireen Rokeya/Rokia Taslima Rehana/Rihana Hasina Jahanara Shahnaz Rina Mina Sultana Farida Nargis Parvin/Parveen Rubina Sumaiya/Sumaya",
        "s": "Islam Hossain/Hossen/Hussain Rahman/Rahaman Ahmed/Ahmad Uddin/Ud_Din Miah/Mia/Miya Ali Khan Chowdhury/Choudhury/Chaudhury Alam Haque/Hoque/Huq Sarkar/Sarker Sheikh/Shaikh Talukdar/Talukder Bhuiyan/Bhuyan Mollah/Molla Karim Hasan/Hassan Kabir",
        "y": "Begum Khatun/Khatoon Akter/Aktar/Akther Sultana Bibi Khanam",
    },
    "IND": {
        "m": "Rajesh Amit Sanjay Suresh Ramesh Vijay/Vijai Anil Sunil Manoj Rakesh Deepak/Dipak Ajay Ravi Harpreet Gurpreet/Gurprit Jaswinder Manpreet Sukhwinder/Sukhvinder Balwinder/Balvinder Kuldeep/Kuldip Rajinder/Rajender Jagdeep/Jagdip Arun Vikram Rahul Sandeep/Sandip Pradeep/Pradip Mukesh Jignesh Bhavesh Hitesh Karthik/Kartik Joseph Thomas Mohammed/Mohamed",
        "f": "Priya Pooja/Puja Anita/Aneeta Sunita/Suneeta Neha Kavita/Kavitha Rekha Asha Meena/Mina Seema/Sima Geeta/Gita Harpreet Gurpreet Manpreet Jaspreet Simran Amandeep/Amandip Rajwinder Lakshmi/Laxmi Deepa/Dipa Shanti Rani Mary Fatima Sneha Nisha Hetal Komal",
        "s": "Singh Kumar Patel Sharma Kaur Yadav/Yadava Gupta Shah Reddy Nair Thomas Joseph Gill Sandhu Dhillon Sidhu/Siddhu Rana Verma/Varma Mishra/Misra Das Devi Khan Ali Chauhan/Chouhan Joshi Desai Mathew/Matthew Varghese/Varghis Rajan Pillai",
    },
    "IRN": {
        "m": "Mohammad/Mohammed/Muhammad Ali Hossein/Hussein/Hosein Reza/Rezza Mehdi/Mahdi Amir/Ameer Hassan/Hasan Ahmad/Ahmed Saeed/Said Hamid/Hameed Majid/Majeed Farhad Arash Behzad Omid/Omeed Siavash/Siyavash Kamran Ramin Peyman/Payman Soran/Saran Karwan/Karvan Hiwa/Hiva Aram Rebwar/Ribwar Shwan Zana Dana Diyar/Diar Goran",
        "f": "Fatemeh/Fatima Zahra/Zohreh Maryam/Mariam Zeinab/Zaynab Leila/Leyla Narges/Nargess Sara/Sarah Azadeh/Azade Shirin/Shireen Parisa/Parissa Neda/Nida Mahsa Elham/Ilham Somayeh/Somaye Nasrin/Nasreen Shilan Hana Jwan/Juan Chiman Kazhal/Kajal",
        "s": "Mohammadi/Mohamadi Hosseini/Hoseini/Husseini Ahmadi/Ahmady Karimi/Kareemi Rezaei/Rezai/Rezaie Moradi/Muradi Rahimi Hassanzadeh/Hasan_Zadeh/Hassanzade Alizadeh/Ali_Zadeh/Alizade Ebrahimi/Ibrahimi Jafari/Jaafari Ghasemi/Qasemi Sharifi Sadeghi/Sadeqi Rostami/Rustami Azizi Mahmoudi/Mahmudi Salehi Hosseinpour/Hosseinpoor/Hossein_Pour Kamali Maleki/Malaki Amini Bahrami Heydari/Haidari Rasouli/Rasuli Ghaderi/Qaderi/Qadiri Osmani/Othmani Zandi Naderi",
    },
    "NGA": {
        "m": "Emmanuel/Emanuel Samuel David Michael Daniel John Joseph Peter Paul Sunday Friday Monday Godwin Kingsley Osas/Osaretin Osagie/Osagiede Ehis/Ehimen Nosa/Nosakhare Efosa/Efe Ikponmwosa Uyi Eghosa Chukwuemeka/Emeka Chinedu/Nedu Obinna/Obi Ikechukwu/Ike Chidi/Chidiebere Uchenna/Uche Kelechi Nnamdi Adebayo/Bayo Oluwaseun/Seun Olumide/Mide Adewale/Wale Babatunde/Tunde Oluwafemi/Femi Kayode Segun/Olusegun Abubakar/Abubakr Musa Ibrahim Usman Yusuf Aminu",
        "f": "Blessing Joy Grace Mercy Faith Patience Precious Gift Gloria Happiness Loveth/Lovett Sarah/Sara Esther/Ester Ruth Mary Favour/Favor Success Osarugue/Osas Isoken Ivie Omosede/Sede Osayuki Itohan Eseosa/Ese Aisosa Chioma/Chi Ngozi/Ngoz Adaeze/Ada Chiamaka/Amaka Ifeoma/Ify Nkechi/Nkem Uchechi Folake Funmilayo/Funmi Yetunde/Yeti Temitope/Temi/Tope Bukola/Bukky Aisha Fatima Hauwa Zainab",
        "s": "Osagie/Osagede Osaro/Osarogie Igbinovia/Igbinovie Aigbe Omoruyi/Omorui Idahosa/Idaosa Osawe/Osawaru Ehigiator/Ehigie Efosa Ogbebor/Ogbeibor Edobor Okafor/Okafo Okonkwo/Okonkwor Eze/Ezeh Nwosu/Nwosu Obi Chukwu/Chukwuma Onyeka Ibe/Ibeh Nwankwo/Nwanko Okoro/Okorro Uzor Adeyemi/Adeyemo Adebayo/Adebayor Ogunleye/Ogunlaye Olawale/Olawole Balogun Adeleke/Adelekan Afolabi/Afolayan Ojo Akinola/Akinwale Bello/Belo Mohammed/Muhammad Abubakar/Abubakr Ibrahim Musa Sani Johnson Williams John Samuel Peter Friday Sunday Joseph",
    },
    "GHA": {
        "m": "Kwame/Kwamena Kofi/Koffi Kwaku/Kweku Yaw/Yao Kwasi/Kwesi Kojo/Kodwo Kwabena/Kobina Emmanuel Samuel Daniel Isaac Joseph Ebenezer Michael Prince Richard Francis Stephen Abdul Ibrahim Musah/Musa",
        "f": "Ama Akua/Akuba Abena/Abenaa Afia/Afua/Efua Esi Adwoa/Adjoa Yaa Akosua/Akosuah Grace Mercy Gifty Comfort Patience Mary Abigail Vida Janet Priscilla Rita Fatima/Fati",
        "s": "Mensah/Mensa Owusu/Owusuh Asante/Ashanti Boateng/Boatin Osei/Osey Appiah/Apia Addo/Ado Agyeman/Agyemang Amoah/Amoa Adjei/Agyei Ofori/Oforie Acheampong/Akyeampong Boakye/Boachie Sarpong/Sapong Opoku/Poku Antwi/Antwie Darko/Darku Asare/Asary Tetteh/Teteh Quaye/Quaynor Yeboah/Yeboa Amponsah/Amponsa Frimpong/Frempong Issah/Issa Mohammed/Muhammad Alhassan/Al-Hassan",
    },
    "AFR": {
        "m": "Joseph John Peter Emmanuel/Emanuel Samuel Daniel David Moses/Mose Patrick Francis Charles Simon Paul James George Brian Kelvin/Calvin Tendai/Tendayi Tinashe/Tinache Farai Blessing Simba Tatenda Mohamed/Mohammed Ibrahim Abdul Alpha Lamin/Lamine Ousman/Ousmane Modou/Mamadou Ebrima Alhagie Musa/Moussa Sorie Foday/Fodé Sheku Jean Pierre Patrice Michel Bienvenu",
        "f": "Mary Grace Elizabeth/Elisabeth Ruth Sarah/Sara Esther/Ester Jane Faith Joyce Mercy Memory Rutendo Chipo Tendai Nyasha Tsitsi Lerato Mpho Kelebogile/Kele Boitumelo Fatou/Fatoumata Aminata/Aminatta Mariama/Mariam Isatou/Aissatou Binta/Bintou Kadiatu/Kadiatou Adama Hawa Marie Chantal Jeanne Beatrice",
        "s": "Moyo Ncube Sibanda Dube Ndlovu/Ndhlovu Mutasa/Mtasa Chikwanha Phiri/Piri Banda Tembo Mwale Kamau/Kamao Mwangi/Muangi Otieno/Otiende Ochieng/Ochien Wanjiru Achieng Mukasa/Mukassa Nakato Kamara/Camara Sesay/Sesey Koroma/Coroma Bangura/Bangoura Conteh/Konteh Turay/Touré Jallow/Diallo/Jalloh Ceesay/Sissay Touray/Turay Njie/Ndiaye/Njai Sowe/Sow Bah/Barry Camara/Kamara Diallo/Jallow Keita/Keïta Traoré/Traore Coulibaly/Koulibaly Koné/Kone Ngoma Kabongo/Kabango Ilunga Mbala/Mbalah Tshibangu Mbuyi Nguema Fon Tabe Nkosi Dlamini Molefe Kgosi Shikongo/Shikonga Nangolo Haimbodi",
    },
    "SDN": {
        "m": "Deng/Dheng Garang Majok Akol Kuol/Kuel Bol Mayen Ajak",
        "f": "Achol Nyandeng Awut Abuk/Abuuk Nyibol",
    },
    "JAM": {
        "m": "Omar Andre/Andrew Marlon Dwayne/Duane Jermaine Kemar Oshane/O'Shane Tevin Shemar Romario Leroy/LeRoy Winston Devon Errol Everton Desmond Michael Patrick Ricardo Damion/Damian Akeem/Hakeem",
        "f": "Shanice Keisha/Kesha Tanya/Tania Kerry-Ann/Kerryann/Kerry_Ann Sherene/Shereen Camille Natalie/Nathalie Latoya Sasha Nadine Simone Marcia Sharon Althea Claudette Tamara Kimberly/Kimberley Shelly-Ann/Shellyann",
        "s": "Brown Williams Campbell/Cambell Smith Johnson Gordon Reid/Reed Clarke/Clark Grant Morgan Thompson/Thomson Francis Wright Bailey Powell Davis/Davies Anderson Edwards Henry Robinson Allen/Allan Stewart/Stuart Palmer Gayle/Gale Bennett Dixon Simpson Lewis Walker",
    },
    "THA": {
        "m": "Somchai/Somchay Somsak Anan/Anant Chai/Chay Prasert Sombat Surachai Wichai/Vichai Nattapong/Natthaphong Kittisak",
        "f": "Somjai/Somchai Ratana/Rattana Malee/Mali Siriporn/Siripon Nok Ploy/Ploi Suda Wanida/Vanida Kanya Pornthip/Porntip Naree/Nari Supaporn/Supaphon Duangjai Lamai",
        "s": "Saetang/Sae-Tang Srisai/Sri-Sai Thongchai/Thongchay Wongsa/Wongsak Chaiyaporn/Chaiyaphon Boonmee/Bunmi Saelim/Sae-Lim Kaewmanee/Kaewmani Phromma/Promma Rattanakul/Ratanakul Suksawat/Sooksawat Jaidee/Chaidee Inthanon Chanthara/Chantara Siriwan/Siriwat Thongdee/Thongdi",
    },
    "LKA": {
        "m": "Nimal Sunil Kumara Pradeep/Pradip Ruwan Chaminda Suresh Kumar Rajan Sivakumar/Siva_Kumar Thangaraj Dinesh Lasantha Mohamed/Mohammed",
        "f": "Kumari/Kumary Nirmala Chandrika Priyanka Malini/Malani Selvi Vasanthi/Wasanthi Rajeswari/Rajeshwari Dilani Sanduni Fathima/Fatima",
        "s": "Perera/Pereira Fernando Silva/de_Silva Jayasinghe/Jayasingha Bandara Wickramasinghe/Wickremasinghe Rathnayake/Ratnayake Gunawardena/Gunawardana Sivalingam/Shivalingam Kandasamy/Kandasami Rajaratnam/Rajaratnum Selvarajah/Selvaraja Nadarajah/Nadaraja Mohamed/Mohammed Dissanayake/Disanayaka",
    },
    "NICK": {
        # names by which people were called by others; used for all cultures
        "a": "Nico Tony Alex Sami Lulu Mimi Chico Leo Max Rocky Tiger Boss Coco Lala Nina Kiki Bobo Jojo Zizi Momo Lili Bella Candy Angel Sky Star Kid Shorty Slim Big_Man Young_G Ace Smiley Baby Mama Junior Bibi Didi Gigi Titi",
    },
}


def plain(name):
    s = name.replace("þ", "th").translate(str.maketrans("đĐłŁøØßıæÆœŒð", "dDlLoOsiaAoOd"))
    s = unicodedata.normalize("NFD", s)
    return "".join(c for c in s if not unicodedata.combining(c))


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


folder = sys.argv[1]
rows = []
for name, kinds in OWN.items():
    for kind, text in kinds.items():
        for item in text.split():
            spellings = [s.replace("_", " ") for s in item.split("/")]
            rows.append([name, kind, spellings[0], plain(spellings[0]), "|".join(spellings[1:])])
seen = set()
for r in read(os.path.join(folder, "forenames-by-country.csv")):
    n = r["Romanized Name"].strip()
    key = (r["Country"], r["Gender"], n)
    if n and key not in seen and r["Gender"] in "MF" and "/" not in n:
        seen.add(key)
        rows.append(["CC0-" + r["Country"], r["Gender"].lower(), n, plain(n), ""])
for r in read(os.path.join(folder, "surnames-by-country.csv")):
    n = r["Romanized Name"].strip().split("/")[0]
    key = (r["Country"], "S", n)
    if n and key not in seen:
        seen.add(key)
        rows.append(["CC0-" + r["Country"], "s", n, plain(n), ""])
rows = [r for r in rows if r[3].isascii()]  # names given in another script only are left out
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "names", "names.csv")
with open(out, "w", newline="", encoding="utf-8") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow(["list", "kind", "name", "ascii", "spellings"])
    w.writerows(rows)
